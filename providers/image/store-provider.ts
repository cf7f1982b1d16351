import { definitions } from "../../images/definitions";
import { storeProvider } from "./image";

export const provider = storeProvider(definitions);
