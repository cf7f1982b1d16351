import { answerJob } from "../../process/program";
import { rotate } from "./rotate";

// in the lab's network, where Vault and the VMs are
void answerJob(rotate);
