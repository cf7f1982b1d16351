import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import type { CertificateNames } from "../../vault/certificates";

/** Lifetimes in seconds: ten years, and half of that. */
const rootSeconds = 10 * 365 * 86_400;
const intermediateSeconds = 5 * 365 * 86_400;

export interface PkiArgs {
    address: pulumi.Input<string>;
    /** Description of the mounts. */
    marker: pulumi.Input<string>;
    /** Number of the CA that signs; the previous one is trusted as well. */
    generation: number;
    roles: CertificateNames[];
    certificateSeconds: number;
}

interface Authority {
    root: pulumi.Output<string>;
    intermediate: pulumi.Output<string>;
    rootIssuer: pulumi.Output<string>;
    intermediateIssuer: pulumi.Output<string>;
}

const key = { keyType: "ec", keyBits: 256 };

/** A root, and an intermediate signed by it. Their keys never leave the server. */
function makeAuthority(
    name: string,
    generation: number,
    mounts: { root: vault.Mount; intermediate: vault.Mount },
    options: pulumi.CustomResourceOptions,
): Authority {
    const [pki, pkiInt] = [mounts.root.path, mounts.intermediate.path];
    // an unused issuer stays: certificates that it signed may still be in use
    const kept = { ...options, retainOnDelete: true };
    const root = new vault.pkisecret.SecretBackendRootCert(
        `${name}-root-${generation}`,
        {
            backend: pki,
            type: "internal",
            commonName: `voip-stack root ${generation}`,
            issuerName: `root-${generation}`,
            ttl: String(rootSeconds),
            ...key,
        },
        kept,
    );
    const request = new vault.pkisecret.SecretBackendIntermediateCertRequest(
        `${name}-intermediate-${generation}-request`,
        { backend: pkiInt, type: "internal", commonName: `voip-stack intermediate ${generation}`, ...key },
        kept,
    );
    const signed = new vault.pkisecret.SecretBackendRootSignIntermediate(
        `${name}-intermediate-${generation}-signed`,
        {
            backend: pki,
            csr: request.csr,
            commonName: `voip-stack intermediate ${generation}`,
            issuerRef: root.issuerId,
            ttl: String(intermediateSeconds),
            maxPathLength: 0,
        },
        kept,
    );
    const imported = new vault.pkisecret.SecretBackendIntermediateSetSigned(
        `${name}-intermediate-${generation}`,
        { backend: pkiInt, certificate: signed.certificate },
        kept,
    );
    return {
        root: root.certificate,
        intermediate: signed.certificate,
        rootIssuer: root.issuerId,
        intermediateIssuer: imported.importedIssuers[0],
    };
}

/**
 * `pki` with the root, `pki_int` with the intermediate that issues, and its roles.
 * @returns the CA certificates to trust (PEM): roots, then intermediates, the newest first
 */
export function makePki(name: string, args: PkiArgs, options: pulumi.CustomResourceOptions): pulumi.Output<string> {
    const mount = (path: string, seconds: number) =>
        new vault.Mount(
            `${name}-${path.replace("_", "-")}`,
            { path, type: "pki", description: args.marker, maxLeaseTtlSeconds: seconds },
            options,
        );
    const mounts = { root: mount("pki", rootSeconds), intermediate: mount("pki_int", intermediateSeconds) };
    const inRoot = { ...options, deletedWith: options.deletedWith ?? mounts.root };
    const inIntermediate = { ...options, deletedWith: options.deletedWith ?? mounts.intermediate };

    const generations = [args.generation, args.generation - 1].filter((generation) => generation > 0);
    const authorities = generations.map((generation) => makeAuthority(name, generation, mounts, inRoot));

    const issuers = (mounted: vault.Mount, id: pulumi.Input<string>, where: pulumi.CustomResourceOptions) => {
        const resource = `${name}-${mounted === mounts.root ? "pki" : "pki-int"}-issuers`;
        return new vault.pkisecret.SecretBackendConfigIssuers(resource, { backend: mounted.path, default: id }, where);
    };
    const urls = (mounted: vault.Mount, path: string, where: pulumi.CustomResourceOptions) =>
        new vault.pkisecret.SecretBackendConfigUrls(
            `${name}-${path.replace("_", "-")}-urls`,
            {
                backend: mounted.path,
                issuingCertificates: [pulumi.interpolate`${args.address}/v1/${path}/ca`],
                crlDistributionPoints: [pulumi.interpolate`${args.address}/v1/${path}/crl`],
            },
            where,
        );
    urls(mounts.root, "pki", inRoot);
    urls(mounts.intermediate, "pki_int", inIntermediate);
    issuers(mounts.root, authorities[0].rootIssuer, inRoot);
    const issuing = issuers(mounts.intermediate, authorities[0].intermediateIssuer, inIntermediate);

    for (const { role, names } of args.roles) {
        new vault.pkisecret.SecretBackendRole(
            `${name}-${role}`,
            {
                backend: mounts.intermediate.path,
                name: role,
                ttl: String(args.certificateSeconds),
                maxTtl: String(args.certificateSeconds),
                allowedDomains: names,
                allowBareDomains: true,
                allowLocalhost: false,
                allowWildcardCertificates: false,
                serverFlag: true,
                clientFlag: true,
                ...key,
            },
            { ...inIntermediate, dependsOn: [issuing] },
        );
    }
    const pems = authorities.map(({ root, intermediate }) => pulumi.all([root, intermediate]));
    return pulumi.all(pems).apply((known) => {
        const ordered = [...known.map(([root]) => root), ...known.map(([, intermediate]) => intermediate)];
        return ordered.map((pem) => `${pem.trim()}\n`).join("");
    });
}
