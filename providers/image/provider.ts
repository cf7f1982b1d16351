import { definitions } from "../../images/definitions";
import { imageProvider } from "./image";

export const provider = imageProvider(definitions);
