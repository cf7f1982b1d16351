import { render, type GuestFile } from "../configs/render";

/**
 * The user of a container's program. The number is the same on the VM, where systemd-sysusers(8) gives it a name, and nobody else
 * has it there. Those in the packages' own images (101) are of other services on a VM, such as the node exporter.
 */
export interface ContainerUser {
    /** Of the user, and its group. */
    name: string;
    id: number;
    /** What its program is, for people. */
    purpose: string;
}

const userPath = ({ name }: ContainerUser): string => `/etc/sysusers.d/${name}.conf`;
const directoryPath = ({ name }: ContainerUser): string => `/etc/tmpfiles.d/${name}.conf`;

/** The file that makes the user on a VM. */
export const userFile = (user: ContainerUser): GuestFile => ({
    path: userPath(user),
    content: render("container-user/sysusers.conf", user),
});

/** The file that makes a directory its user's, with all that is in it, when it is written and when the VM boots. */
export const directoryFile = (user: ContainerUser, dir: string): GuestFile => ({
    path: directoryPath(user),
    content: render("container-user/tmpfiles.conf", { ...user, dir }),
});

/** Mode and owner of a secret that the program reads, and does not write. */
export const readBy = ({ name }: ContainerUser) => ({ mode: "0640", owner: `root:${name}` });

/** Makes the user, and gives it secrets that an older version kept for root. */
function userCommand(user: ContainerUser, secrets: readonly string[]): string {
    const { mode, owner } = readBy(user);
    const give = `[ ! -e $file ] || { chown ${owner} $file && chmod ${mode} $file; }`;
    return `systemd-sysusers ${userPath(user)} && for file in ${secrets.join(" ")}; do ${give} || exit; done`;
}

/**
 * The command after a change of the user's file.
 * @param secrets that its program reads
 */
export const userApply = (user: ContainerUser, secrets: readonly string[]) => ({
    paths: [userPath(user)],
    command: userCommand(user, secrets),
});

/** The same, where it has a directory. */
export const userAndDirectoryApply = (user: ContainerUser, secrets: readonly string[]) => ({
    paths: [userPath(user), directoryPath(user)],
    command: `${userCommand(user, secrets)} && systemd-tmpfiles --create ${directoryPath(user)}`,
});
