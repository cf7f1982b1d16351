import type { Message } from "google-protobuf";

/** A message of the SDK, from the array of its values. */
export type MessageClass<Request> = new (values: Message.MessageArray) => Request;

/** What the engine answers to one kind of request. */
export interface Method<Request extends Message = Message> {
    /** Makes the request from what it consists of (google-protobuf, `toArray`). */
    Request: MessageClass<Request>;
    /** Never settles where no answer is due. Throws what the caller did wrong, who may go on. */
    respond(this: void, request: Request): Promise<Message> | Message;
}

/** By the names that the SDK's clients have for them. */
export type Methods = Record<string, Method>;
