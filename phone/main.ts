import { answerJob } from "../process/program";
import { placeCall } from "./call";

// in the phones' network namespace, where the phones' control ports are reachable
void answerJob(placeCall);
