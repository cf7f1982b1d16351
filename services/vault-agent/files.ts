import { render, type GuestFile } from "../../configs/render";
import { loadedUnits } from "../unit";
import type { AgentTemplate } from "./templates";

export interface VaultAgentView {
    /** Name of the host. */
    vm: string;
    /** Address of the host as seen by Vault; secret-ids and tokens are valid only from there. */
    address: string;
    /** AppRole, such as sip-vm-role. */
    role: string;
    vaultAddress: string;
    templates: AgentTemplate[];
}

/** What the agent of a VM has besides the settings of every agent. */
export interface VmAgentView extends VaultAgentView {
    /** Port of the VM's exporter. */
    metricsPort: number;
    /** CA certificates (PEM) to check Vault's own certificate against. */
    ca: string;
}

/** An agent's paths, if they differ from those on a VM. */
export interface AgentPlaces {
    caFile: string;
    stateDir: string;
    runDir: string;
}

/** The configuration of an agent (agent/config.go); nothing in it is secret. */
export function agentConfig(view: VaultAgentView, places?: AgentPlaces): string {
    const { vm, role, address, vaultAddress: vault, templates: secrets } = view;
    return `${JSON.stringify({ vm, role, address, vault, ...places, secrets }, undefined, 2)}\n`;
}

const configDir = "/etc/voip-agent";
const unit = "/etc/systemd/system/voip-agent.service";
const exporter = "/etc/default/prometheus-node-exporter";
const exporterUnit = "/etc/systemd/system/prometheus-node-exporter.service.d/hardening.conf";

/** All files that the agent of a VM reads; none of it is secret. Its program is part of the image. */
export const vaultAgentFiles = (view: VmAgentView): GuestFile[] => [
    { path: unit, content: render("vault-agent/voip-agent.service", view) },
    { path: exporter, content: render("vault-agent/prometheus-node-exporter", view) },
    { path: exporterUnit, content: render("vault-agent/prometheus-node-exporter.conf", {}) },
    { path: `${configDir}/agent.json`, content: agentConfig(view) },
    { path: `${configDir}/ca.pem`, content: view.ca },
];

/** The commands after a change of a unit; the identity handles changes of the configuration, as it waits for the outcome. */
export const vaultAgentApply = [
    ...loadedUnits({ unit: "voip-agent", path: unit }, { unit: "prometheus-node-exporter", path: exporterUnit }),
    { paths: [unit], command: "systemctl restart voip-agent" },
    { paths: [exporter, exporterUnit], command: "systemctl restart prometheus-node-exporter" },
];
