import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import { run } from "../../process/run";

export interface BootstrapCertificateDefinition {
    file: string;
    owner: number;
    commonName: string;
    address: string;
}

/** Ten years, more than a stack lives. */
const days = 3650;

/** The certificate in the file with its key, if it is valid for the address; PEM. */
export function readCertificate({ file, address }: BootstrapCertificateDefinition): string | undefined {
    try {
        const pem = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----\n/.exec(
            fs.readFileSync(file, "utf8"),
        )?.[0];
        const certificate = pem && new X509Certificate(pem);
        const isGood = certificate && certificate.checkIP(address) && new Date(certificate.validTo) > new Date();
        return isGood ? pem : undefined;
    } catch {
        return undefined;
    }
}

/** Makes the file unless a valid one exists. @returns the certificate, without its key */
export async function makeCertificate(definition: BootstrapCertificateDefinition): Promise<string> {
    const present = readCertificate(definition);
    if (present) return present;
    const { file, owner, commonName, address } = definition;
    const openssl = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const subject = ["-subj", `/CN=${commonName}`, "-days", String(days), "-keyout", "-", "-out", "-"];
    const extensions = [
        `subjectAltName=IP:${address}`,
        "basicConstraints=critical,CA:FALSE",
        "extendedKeyUsage=serverAuth",
    ];
    const { stdout } = await run([...openssl, ...subject, ...extensions.flatMap((line) => ["-addext", line])]);
    fs.writeFileSync(`${file}.new`, stdout, { mode: 0o600 });
    fs.chownSync(`${file}.new`, owner, owner);
    fs.renameSync(`${file}.new`, file);
    const made = readCertificate(definition);
    if (!made) throw new Error(`openssl made no certificate for ${address} in ${file}`);
    return made;
}
