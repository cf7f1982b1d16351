import { answerJob } from "../../process/program";
import { changeExtensions } from "./change";

// in the lab's network, where PostgreSQL and the VMs are
void answerJob(changeExtensions);
