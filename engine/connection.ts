import type { Duplex } from "node:stream";
import { frame, reader } from "../process/frames";
import type { Methods } from "./methods";

/** The codes of gRPC that the SDK knows (process/embedded-monitor.js has their names). */
const UNKNOWN = 2;
const UNIMPLEMENTED = 12;

/** Number of the call, name of the method, values of the request. */
type Call = [number: number, method: string, request: unknown[]];

/** Answers a program's calls, which come over its descriptor (process/embedded-monitor.js), until the program has ended. */
export function serve(stream: Duplex, methods: Methods): void {
    const answer = async ([number, name, values]: Call): Promise<void> => {
        if (!Object.hasOwn(methods, name)) {
            const details = `the embedded engine has no method ${name}`;
            return write([number, { code: UNIMPLEMENTED, details }]);
        }
        const { Request, respond } = methods[name];
        try {
            write([number, null, (await respond(new Request(values))).toArray()]);
        } catch (error) {
            write([number, { code: UNKNOWN, details: (error as Error).message }]);
        }
    };
    const write = (value: unknown): void => {
        if (!stream.destroyed) stream.write(frame(value));
    };
    stream.on(
        "data",
        reader((call) => void answer(call as Call)),
    );
    stream.on("error", () => undefined); // the program has ended, which its exit status shows
}
