import type { Ports } from "../services/registry";
import type { ContainerName, Core, Edge, ExternalCore, ImageSource, Phase, Proxy, Rotation, VmOverride } from "./types";

/** The stack's configuration, complete and checked; the keys are those of Pulumi.yaml. */
export interface StackConfig {
    phase: Phase;
    lab: boolean;
    protect: boolean;
    sipOwner: Proxy;
    sipDomain: string;
    internalCidr: string;
    externalCidr: string;
    externalGateway: string;
    internalBridge: string;
    externalBridge: string;
    ports: Ports;
    edge: Edge;
    extensions: string[];
    /** By extension; empty if the config is read without its secrets. */
    extensionPasswords: Record<string, string>;
    ringSeconds: number;
    imageSource: ImageSource;
    debianSuite: string;
    debianMirror: string;
    aptCheckValidUntil: boolean;
    /** Image archives by container, only given ones. */
    archives: Partial<Record<ContainerName, string>>;
    core: Core;
    /** If core is external. */
    external?: ExternalCore;
    rotation: Rotation;
    caGeneration: number;
    rtpengineFallback: boolean;
    hypervisor: "libvirt";
    libvirtUri: string;
    libvirtPool: string;
    vms: Record<string, VmOverride>;
}
