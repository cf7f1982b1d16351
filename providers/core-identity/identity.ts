import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { askAgent, type AgentRequest } from "../../clients/agent";
import { lastWords } from "../../clients/docker/logs";
import { VaultClient } from "../../clients/vault/client";
import { tokenState } from "../../clients/vault/login";
import { certificatesIn } from "../trust-anchors/anchors";

export interface CoreIdentityDefinition {
    vaultAddress: string;
    caFile: string;
    token: string;
    role: string;
    roleId: string;
    address: string;
    /** Directory of the agent's socket and token. */
    runDir: string;
    dockerHost: string;
    container: string;
    /** Files with the servers' certificates, which the agent renews. */
    certificates: string[];
}

/** For the start of the agent's container, on a machine that boots VMs at the same time. */
const startMs = 60_000;

/** Seconds after which a wrapped secret-id expires unread. */
const wrapTtl = 300;

const vaultOf = ({ vaultAddress, caFile, token }: CoreIdentityDefinition, asToken = token) => ({
    address: vaultAddress,
    ca: fs.readFileSync(caFile, "utf8"),
    token: asToken,
});

/** @throws Error with the name of the agent's container and its message */
async function agent(definition: CoreIdentityDefinition, request: AgentRequest): Promise<string> {
    const { runDir, container, dockerHost } = definition;
    try {
        return await askAgent(path.join(runDir, "socket"), request, startMs);
    } catch (error) {
        const said = await lastWords(dockerHost, container).catch(() => "");
        throw new Error(`${container}: ${(error as Error).message}${said}`, { cause: error });
    }
}

/**
 * The fault of a server's certificate. A self-signed one is the server's first; one without a trusted issuer is from a former
 * PKI.
 */
function problemOf(file: string, caFile: string): string | undefined {
    if (!fs.existsSync(file)) return `${file} is missing`;
    const certificate = new X509Certificate(fs.readFileSync(file));
    if (certificate.verify(certificate.publicKey)) return `${file} is the certificate to start with`;
    if (new Date(certificate.validTo) < new Date()) return `${file} expired ${certificate.validTo}`;
    const authorities = certificatesIn(fs.readFileSync(caFile, "utf8")).map((pem) => new X509Certificate(pem));
    return authorities.some(
        (authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
    )
        ? undefined
        : `${file} is signed by ${certificate.issuer}, which is not trusted any more`;
}

const problemsOf = ({ certificates, caFile }: CoreIdentityDefinition): string[] =>
    certificates.flatMap((file) => problemOf(file, caFile) ?? []);

/**
 * Makes the agent log in with a new, wrapped secret-id, valid for one login from this machine, and waits until each server has
 * a certificate of the PKI.
 * @throws Error with the agent's message
 */
export async function logIn(definition: CoreIdentityDefinition): Promise<void> {
    const { role, roleId, address, vaultAddress, container } = definition;
    const answer = await new VaultClient(vaultOf(definition)).request(
        "POST",
        `auth/approle/role/${role}/secret-id`,
        { cidr_list: `${address}/32`, token_bound_cidrs: `${address}/32` },
        { wrapTtl },
    );
    if (!answer?.wrap_info) throw new Error(`${role} was given no wrapped secret-id by ${vaultAddress}`);
    await agent(definition, { command: "login", input: `${answer.wrap_info.token}\n${roleId}\n` });
    // a certificate may still be valid, but from a former PKI
    if (problemsOf(definition).length > 0) await renderAnew(definition, "certs");
    const problems = problemsOf(definition);
    if (problems.length > 0) throw new Error(`${container} is not ready: ${problems.join("; ")}`);
}

/** `ok`, or the fault in the agent's work. */
export async function agentState(definition: CoreIdentityDefinition): Promise<string> {
    const problems = problemsOf(definition);
    if (problems.length > 0) return problems.join("; ");
    const socket = path.join(definition.runDir, "socket");
    let said: string;
    try {
        said = await askAgent(socket, { command: "status" });
    } catch (error) {
        return `not running: ${(error as Error).message}`;
    }
    const { state, detail } = (JSON.parse(said) as { agent: { state: string; detail: string } }).agent;
    if (state !== "ok") return `${state}: ${detail}`;
    const file = path.join(definition.runDir, "token");
    const token = await tokenState(vaultOf(definition, fs.readFileSync(file, "utf8").trim()));
    return token === "refused" ? "not logged in" : "ok";
}

/** Makes the agent fetch certificates, or secrets of the key-value engine, again, and waits until the servers use them. */
export async function renderAnew(definition: CoreIdentityDefinition, kind: "certs" | "kv"): Promise<void> {
    await agent(definition, { command: "render", kind });
}
