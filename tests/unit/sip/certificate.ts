import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { X509Certificate } from "node:crypto";
import { run } from "../../../process/run";

/** A certificate for `localhost` and 127.0.0.1, signed by itself, with its key; PEM. */
export async function selfSigned(): Promise<{ cert: string; key: string; serial: string }> {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-certificate-"));
    try {
        const files = ["-keyout", path.join(dir, "key.pem"), "-out", path.join(dir, "cert.pem")];
        const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
        const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
        await run(["openssl", "req", "-x509", ...kind, ...names, ...files]);
        const cert = fs.readFileSync(path.join(dir, "cert.pem"), "utf8");
        const { serialNumber } = new X509Certificate(cert);
        return { cert, key: fs.readFileSync(path.join(dir, "key.pem"), "utf8"), serial: serialNumber };
    } finally {
        fs.rmSync(dir, { recursive: true });
    }
}
