import * as pulumi from "@pulumi/pulumi";
import { kamailioFiles, kamailioPaths, kamailioTlsPaths } from "../configs/kamailio/files";
import { Service } from "../providers/service/resource";
import { VmFiles } from "../providers/vm-files/resource";
import { addressOf } from "../topology";
import { fingerprint } from "./fingerprint";
import { dockerOn, inContainer, makeMachine, runContainer, type Machine, type MachineArgs } from "./machine";
import { componentType } from "./token";

export interface SipProxyArgs extends MachineArgs {
    sipDomain: string;
    /** UDP and TCP port of Kamailio; it does not run without. */
    kamailioPort?: number;
    /** TLS listener, with its certificate chain and its key (PEM); none by default. */
    tls?: { port: number; certificate: string; privateKey: pulumi.Input<string> };
    /** The PBXs, in the order in which they get calls. */
    pbxs: { address: string; port: number }[];
    /** Control sockets (ng protocol) of the RTPEngines. */
    media: { address: string; port: number }[];
    /** SIP passwords by extension; secret. */
    passwords: pulumi.Input<Record<string, string>>;
}

/**
 * A VM with Kamailio in a container, between both networks: it registers and authenticates the phones, anchors their media
 * on RTPEngine and passes their calls on to the PBX, and the PBX's to the phones.
 */
export class SipProxy extends pulumi.ComponentResource {
    readonly machine: Machine;
    readonly external: string;
    readonly internal: string;
    readonly versions: pulumi.Output<{ kamailio: string; kernel: string; docker: string }>;

    constructor(name: string, args: SipProxyArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("SipProxy"), name, {}, opts);
        this.machine = makeMachine(this, args);
        this.external = addressOf(args.plan, "external");
        this.internal = addressOf(args.plan, "internal");
        if (args.kamailioPort !== undefined) this.runKamailio(args, args.kamailioPort);
        this.versions = args.image.versions.apply(({ kamailio, kernel, docker }) => ({ kamailio, kernel, docker }));
        this.registerOutputs({ external: this.external, internal: this.internal, versions: this.versions });
    }

    private runKamailio(args: SipProxyArgs, port: number): void {
        const { target, options, plan } = this.machine;
        const { sipDomain, pbxs, media } = args;
        const addresses = { externalAddress: this.external, internalAddress: this.internal };
        const workers = 2 + 2 * plan.vcpus;
        const files = pulumi
            .all([args.passwords, args.tls])
            .apply(([passwords, tls]) =>
                kamailioFiles({ sipDomain, port, tls, pbxs, media, passwords, workers, ...addresses }),
            );
        const apply = [
            { paths: kamailioPaths, command: inContainer("kamailio", "docker restart kamailio >/dev/null") },
        ];
        if (args.tls) {
            const reload = "docker exec kamailio kamcmd tls.reload";
            apply.push({ paths: kamailioTlsPaths, command: inContainer("kamailio", reload) });
        }
        const written = new VmFiles(`${plan.name}-files`, { ...target, bundleName: "kamailio", files, apply }, options);
        const container = runContainer(
            this.machine,
            dockerOn(this.machine),
            {
                container: "kamailio",
                readOnly: ["/etc/kamailio"],
                writable: ["/var/lib/kamailio"],
                runDir: "/run/kamailio",
            },
            [written],
        );
        new Service(
            `${plan.name}-kamailio-sip`,
            {
                ...target,
                service: "kamailio",
                protocol: "sip",
                address: this.external,
                port,
                after: [container.id, fingerprint(files)],
            },
            { ...options, dependsOn: [container] },
        );
    }
}
