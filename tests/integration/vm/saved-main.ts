/** Makes or removes a VM in a lab's network, as the engine would; run there as a process of its own. */
import { answerJob } from "../../../process/program";
import type { VmDefinition } from "../../../providers/vm/definition";
import { provider as vm } from "../../../providers/vm/provider";

export interface Job {
    act: "create" | "delete";
    definition: VmDefinition;
}

void answerJob(async ({ act, definition }: Job) => {
    if (act === "create") return (await vm.create(definition)).outs;
    await vm.delete(definition.vmName, { ...definition, uuid: "", sshSeconds: 0 });
    return {};
});
