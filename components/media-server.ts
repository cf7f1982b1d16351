import * as pulumi from "@pulumi/pulumi";
import { rtpengineApply, rtpengineFiles, rtpengineSecrets } from "../services/rtpengine/files";
import { rtpengine } from "../services/rtpengine/service";
import { KernelModule } from "../providers/kernel-module/resource";
import { Service } from "../providers/service/resource";
import { VmFiles } from "../providers/vm-files/resource";
import { addressOf } from "../topology";
import type { VaultAccess } from "./core-access";
import { makeMachine, type Machine, type MachineArgs } from "./machine";
import { componentType } from "./token";
import { VaultAgent } from "./vault-agent";

export interface MediaServerArgs extends MachineArgs {
    /** Ports of RTPEngine: ng protocol, command line, first and last for RTP. */
    ports: { ng: number; cli: number; rtpMin: number; rtpMax: number };
    /** Whether RTPEngine may run without its kernel module; by default the module is required. */
    fallback: boolean;
    /** Where its agent logs in, and with which AppRole. */
    vault: VaultAccess;
    roleId: pulumi.Input<string>;
}

const { unit } = rtpengine.run;

/** A VM with RTPEngine, run by systemd, that forwards media between both networks in the kernel (ADR-004). */
export class MediaServer extends pulumi.ComponentResource {
    readonly machine: Machine;
    readonly external: string;
    readonly internal: string;
    /** Version of RTPEngine, and release of the running kernel that has its module loaded. */
    readonly versions: pulumi.Output<{ rtpengine: string; kernel: string }>;

    constructor(name: string, args: MediaServerArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("MediaServer"), name, {}, opts);
        const machine = makeMachine(this, args, args.fallback ? [] : rtpengine.module.modules);
        this.machine = machine;
        this.internal = addressOf(args.plan, "internal");
        this.external = addressOf(args.plan, "external");

        const module = this.loadModule(args);
        const files = this.writeFiles(args);
        const { vault, roleId } = args;
        const templates = [rtpengineSecrets];
        new VaultAgent(
            `${args.plan.name}-agent`,
            { machine, role: "media", vault, roleId, templates },
            { parent: this },
        );
        this.startDaemon(
            args,
            [module, files].filter((resource) => resource !== undefined),
        );

        const kernel = module?.kernel ?? args.image.versions.apply((versions) => versions.kernel);
        const daemon = args.image.versions.apply((versions) => versions.rtpengine);
        this.versions = pulumi.output({ rtpengine: daemon, kernel });
        this.registerOutputs({ internal: this.internal, external: this.external, versions: this.versions });
    }

    private loadModule(args: MediaServerArgs): KernelModule | undefined {
        if (args.fallback) return undefined;
        const { target, options, plan } = this.machine;
        const { modules, procPath } = rtpengine.module;
        return new KernelModule(`${plan.name}-module`, { ...target, modules: [...modules], procPath }, options);
    }

    private writeFiles(args: MediaServerArgs): VmFiles {
        const { target, options, plan } = this.machine;
        const { internal, external } = this;
        const table = args.fallback ? -1 : 0;
        const view = { internalAddress: internal, externalAddress: external, ports: args.ports, table };
        const files = rtpengineFiles({ ...view, fallback: args.fallback });
        const bundle = { bundleName: "rtpengine", files, apply: rtpengineApply };
        return new VmFiles(`${plan.name}-files`, { ...target, ...bundle }, options);
    }

    private startDaemon(args: MediaServerArgs, dependsOn: pulumi.Resource[]): void {
        const { target, options, plan } = this.machine;
        new Service(
            `${plan.name}-rtpengine`,
            {
                ...target,
                service: "rtpengine",
                protocol: "ng",
                address: this.internal,
                port: args.ports.ng,
                start: `systemctl enable --now ${unit}`,
            },
            { ...options, dependsOn },
        );
    }
}
