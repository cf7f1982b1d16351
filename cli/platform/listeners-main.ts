import { answerJob } from "../../process/program";
import { servedCertificate, type Listener } from "./listeners";

// in the network of the listeners
void answerJob((listeners: Listener[]) => Promise.all(listeners.map(servedCertificate)));
