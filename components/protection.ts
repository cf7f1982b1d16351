import * as pulumi from "@pulumi/pulumi";
import { componentType } from "./token";

const ours = (type: string): string => `pulumi-nodejs:dynamic/voip:${type}`;
const vm = ours("Vm");

/** Resources with data that can't be recreated, by type. */
const holders: readonly string[] = [
    "postgresql:index/database:Database", // accounts, registrations, CDRs
    "postgresql:index/role:Role", // their owners
    "vault:index/mount:Mount", // the CA's keys, secrets, credentials of databases
    "vault:index/authBackend:AuthBackend", // identities of the VMs
    ours("HostFiles"), // in a lab, the volumes of OpenBao and PostgreSQL
    ours("SshAccess"), // the keys to the VMs that stay
];

/** Whether a VM's disk has data: a PBX's has the voicemail. */
const isPbx = (parent: pulumi.Resource | undefined): boolean =>
    (parent as { __pulumiType?: string } | undefined)?.__pulumiType === componentType("Pbx");

/**
 * Protects all data resources that are made from now on: no engine deletes or replaces them, and if one is removed from the
 * state anyway (`./voip destroy`), it stays where it is, with everything in it.
 */
export function protectData(): void {
    pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
        const isVm = type === vm && isPbx(opts.parent);
        if (!isVm && !holders.includes(type)) return undefined;
        return {
            props: isVm ? { ...props, holdsData: true } : props,
            opts: pulumi.mergeOptions(opts, { protect: true, retainOnDelete: true }),
        };
    });
}
