import { valkeyOf } from "../../cli/platform/valkey";
import { stack } from "./environment";

/** What Valkey answers to a command of its own administrator. @throws Error with its words where it refuses */
export const valkey = (...command: string[]): Promise<string> => valkeyOf(stack, ...command);
