import * as pulumi from "@pulumi/pulumi";
import { asteriskFiles, asteriskPath, reloaded, restarted } from "../configs/asterisk/files";
import { Service } from "../providers/service/resource";
import { VmFiles } from "../providers/vm-files/resource";
import { addressOf } from "../topology";
import { fingerprint } from "./fingerprint";
import { dockerOn, inContainer, makeMachine, runContainer, type Machine, type MachineArgs } from "./machine";
import { componentType } from "./token";

export interface PbxArgs extends MachineArgs {
    sipDomain: string;
    /** Port of Asterisk's SIP. */
    port: number;
    /** The SIP proxies, which all calls come from and go to, by the name of their VM. */
    proxies: { name: string; address: string; port: number }[];
    rtpMin: number;
    rtpMax: number;
    /** Seconds until voicemail answers. */
    ringSeconds: number;
    /** PINs of the voicemail boxes by extension; secret. */
    voicemailPins: pulumi.Input<Record<string, string>>;
}

/** A VM with Asterisk in a container, on the internal network only (ADR-005): dialplan, voicemail, service numbers. */
export class Pbx extends pulumi.ComponentResource {
    readonly machine: Machine;
    readonly address: string;
    readonly port: number;
    readonly versions: pulumi.Output<{ asterisk: string; kernel: string; docker: string }>;

    constructor(name: string, args: PbxArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("Pbx"), name, {}, opts);
        this.machine = makeMachine(this, args);
        this.address = addressOf(args.plan, "internal");
        this.port = args.port;
        this.runAsterisk(args);
        this.versions = args.image.versions.apply(({ asterisk, kernel, docker }) => ({ asterisk, kernel, docker }));
        this.registerOutputs({ address: this.address, port: this.port, versions: this.versions });
    }

    private runAsterisk(args: PbxArgs): void {
        const { target, options, plan } = this.machine;
        const files = pulumi.output(args.voicemailPins).apply((voicemailPins) =>
            asteriskFiles({
                name: plan.name,
                sipDomain: args.sipDomain,
                internalAddress: this.address,
                port: args.port,
                proxies: args.proxies,
                rtpMin: args.rtpMin,
                rtpMax: args.rtpMax,
                ringSeconds: args.ringSeconds,
                voicemailPins,
            }),
        );
        const reload = inContainer("asterisk", "docker exec asterisk asterisk -rx 'core reload'");
        const restart = inContainer("asterisk", "docker restart asterisk >/dev/null");
        const written = new VmFiles(
            `${plan.name}-files`,
            {
                ...target,
                bundleName: "asterisk",
                files,
                apply: [
                    { paths: reloaded.map(asteriskPath), command: reload },
                    { paths: restarted.map(asteriskPath), command: restart },
                ],
            },
            options,
        );
        const container = runContainer(
            this.machine,
            dockerOn(this.machine),
            {
                container: "asterisk",
                readOnly: ["/etc/asterisk"],
                writable: ["/var/spool/asterisk"],
                runDir: "/run/asterisk",
                // it runs as root, with a database in a directory of user asterisk
                capabilities: ["CAP_DAC_OVERRIDE"],
            },
            [written],
        );
        new Service(
            `${plan.name}-asterisk-sip`,
            {
                ...target,
                service: "asterisk",
                protocol: "sip",
                address: this.address,
                port: args.port,
                user: "*43",
                after: [container.id, fingerprint(files)],
            },
            { ...options, dependsOn: [container] },
        );
    }
}
