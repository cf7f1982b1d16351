import { sshArgv } from "../../clients/ssh";
import { enterLab } from "../../lab/lab";
import type { Link } from "../../process/chain";
import { run } from "../../process/run";

/** Where Asterisk on a PBX has voicemail and recordings (components/pbx.ts), by its parent directory and its name. */
const spool = { parent: "/var/spool", name: "asterisk" };

/** A PBX of a lab, by ssh. */
export interface PbxHost {
    stack: string;
    sshConfig: string;
    host: string;
}

const on = ({ stack, sshConfig, host }: PbxHost, command: string): string[] =>
    enterLab(stack, sshArgv({ sshConfig, host }, command));

/** tar exits with 1 if a file changed while it was read, such as a message that a caller is recording. */
export const archiveOf = (pbx: PbxHost): Link => ({
    argv: on(pbx, `sudo tar --create --numeric-owner --directory ${spool.parent} ${spool.name}`),
    okStatus: [0, 1],
});

/** Unpacks such an archive over what is there, with owners and permissions. */
export const unpackOn = (pbx: PbxHost): Link => ({
    argv: on(pbx, `sudo tar --extract --numeric-owner --same-owner --preserve-permissions --directory ${spool.parent}`),
});

/** Number of voicemail messages. */
export async function messagesAt(pbx: PbxHost): Promise<number> {
    const found = `sudo find ${spool.parent}/${spool.name}/voicemail -name 'msg[0-9][0-9][0-9][0-9].txt' | wc -l`;
    return Number((await run(on(pbx, found))).stdout.trim());
}
