import { definitions } from "../../services/definitions";
import { imageProvider } from "./image";

export const provider = imageProvider(definitions);
