/** A file made of a secret. */
export interface AgentFile {
    /** Absolute path on the VM. */
    path: string;
    /** Octal permissions. */
    mode: string;
    /** As for chown(1); numbers for users that exist only inside a container. */
    owner: string;
    /**
     * A template of Go (text/template) with the secret as the dot: `{{ .Data.password }}`, or `{{ .Cert }}`, `{{ .CA }}` and
     * `{{ .Key }}` of a certificate (PEM). `secret PATH` reads another one. The last line needs no newline.
     */
    contents: string;
}

/** What the agent of a VM keeps fresh: one secret, and the files rendered from it, which change together. */
export interface AgentTemplate {
    /** Its name in `./voip status` and in the metrics, such as kamailio-db. */
    name: string;
    kind: "credential" | "certificate" | "static";
    /** Path in Vault: read for a credential or static secret, written to for a certificate. */
    secret: string;
    /** Parameters of a certificate's request, such as `common_name=sip.local`. */
    parameters?: string[];
    files: AgentFile[];
    /**
     * Shell command, run as root after a change of the files. Must be fast, and exit 0 if the service isn't running yet. If it
     * fails, it is retried until it succeeds.
     */
    reload: string;
}

/** The policy of its identity allows these values only (vault/certificates.ts). */
export interface CertificateRequest {
    name: string;
    /** Role in `pki_int`, such as kamailio-role. */
    role: string;
    commonName: string;
    ipSans: string[];
    ttlSeconds: number;
    /** Directory for cert.pem (with its chain), key.pem (0640) and ca.pem (all trusted certificates). */
    dir: string;
    /** Of the files, as for chown(1). The group reads the key. */
    owner: string;
    reload: string;
}

/**
 * A certificate of `pki_int` with its key and the CA, renewed together after two thirds of its life. A certificate that is
 * still good survives restarts of VM, agent and Vault.
 */
export function certificateTemplate(request: CertificateRequest): AgentTemplate {
    const { name, role, commonName, ipSans, ttlSeconds, dir, owner, reload } = request;
    const file = (base: string, mode: string, contents: string) => ({ path: `${dir}/${base}`, mode, owner, contents });
    return {
        name,
        kind: "certificate",
        secret: `pki_int/issue/${role}`,
        parameters: [`common_name=${commonName}`, `ip_sans=${ipSans.join(",")}`, `ttl=${ttlSeconds}s`],
        files: [
            file(
                "ca.pem",
                "0644",
                '{{ with secret "secret/data/ca" }}{{ .Data.data.certificates | trimSpace }}{{ end }}',
            ),
            file("key.pem", "0640", "{{ .Key | trimSpace }}"),
            file("cert.pem", "0644", "{{ .Cert }}{{ .CA | trimSpace }}"),
        ],
        reload,
    };
}
