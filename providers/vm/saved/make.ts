import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as fsp from "node:fs/promises";
import * as path from "node:path";
import { virsh } from "../../../clients/libvirt";
import { bootCommands, type Draft, shellCommandLine, waitingLine } from "../../../images/saved";
import type { VmDefinition } from "../definition";
import { createOverlay } from "../disk";
import { domainXml } from "../domain-xml";
import type { Machine } from "../hypervisor";
import { GuestConsole } from "./console";
import { headBytes, streamStart } from "./save-file";
import { withTransientVm } from "./transient";

/** An emulated guest with Docker takes 25 s on idle processors; three on two busy ones take minutes. */
const bootMs = 300_000;
const startMs = 60_000;
const saveMs = 120_000;

/** What distinguishes such VMs while they boot; removed before a VM of the platform starts from it. */
export interface Passing {
    name: string;
    uuid: string;
    disk: string;
    consoleSocket: string;
}

/** The VM whose memory is saved: the defined one, without its individual properties. */
export function savedMachine(definition: VmDefinition, { consoleSocket, ...passing }: Passing): Machine {
    const { vcpus, memoryMiB, kernel, initrd, cmdline } = definition;
    return {
        ...passing,
        description: "",
        vcpus,
        memoryMiB,
        kernel,
        initrd,
        cmdline: shellCommandLine(cmdline),
        // the guest's driver gets the VM's MAC address later; these interfaces stay silent
        nics: definition.nics.map((nic, at) => ({ ...nic, mac: `52:54:00:00:00:0${at}` })),
        consoleLog: "",
        credentials: {},
        generation: { id: passing.uuid, consoleSocket },
    };
}

/**
 * Boots a guest without an identity and saves its memory.
 * @param runDir where its console is meanwhile: what a killed process leaves there goes with the lab
 * @returns the offset of its memory in the file, in bytes
 * @throws Error with the guest's last output, if it does not finish
 */
export async function saveGuest(definition: VmDefinition, name: string, draft: Draft, runDir: string): Promise<number> {
    const { uri, disk, diskGiB } = definition;
    await createOverlay(draft.disk, disk, diskGiB);
    const dir = fs.mkdtempSync(path.join(runDir, "guest-"));
    try {
        const socket = path.join(dir, "console");
        const passing = { name, uuid: randomUUID(), disk: draft.disk, consoleSocket: socket };
        const xml = domainXml(savedMachine(definition, passing), "tcg");
        const bootAndSave = async () => {
            const console = await GuestConsole.connect(socket, startMs);
            try {
                await console.type(await bootCommands(), bootMs);
                await console.seen("end of its boot", waitingLine, bootMs);
                await virsh(uri, ["save", name, draft.memory], { timeoutMs: saveMs });
            } finally {
                console.close();
            }
        };
        await withTransientVm(uri, name, xml, dir, (failure) => Promise.race([failure, bootAndSave()]));
    } finally {
        fs.rmSync(dir, { recursive: true, force: true });
    }
    const file = await fsp.open(draft.memory);
    try {
        const { buffer } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
        return streamStart(buffer);
    } finally {
        await file.close();
    }
}
