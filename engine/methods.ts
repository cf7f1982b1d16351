import type { Message } from "google-protobuf";

/** A message class of the SDK, constructed from an array of its values. */
export type MessageClass<Request> = new (values: Message.MessageArray) => Request;

/** The engine's answer to one kind of request. */
export interface Method<Request extends Message = Message> {
    /** Makes the request from its values (google-protobuf, `toArray`). */
    Request: MessageClass<Request>;
    /** Never settles if no answer is due. Throws the caller's errors, after which the caller may continue. */
    respond(this: void, request: Request): Promise<Message> | Message;
}

/** By the names of the SDK's clients. */
export type Methods = Record<string, Method>;
