import { definitions } from "../../services/definitions";
import { storeProvider } from "./image";

export const provider = storeProvider(definitions);
