import { createHash } from "node:crypto";
import * as net from "node:net";
import * as tls from "node:tls";
import { servedCertificate } from "../../../cli/platform/listeners";
import { TlsRegistration } from "../../sip/tls-registration";
import { selfSigned } from "./certificate";

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
const port = (server: net.Server): number => (server.address() as net.AddressInfo).port;
const listening = (server: net.Server): Promise<void> =>
    new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve()));

describe("TLS", () => {
    let identity: Awaited<ReturnType<typeof selfSigned>>;
    const sockets: net.Socket[] = [];
    const servers: net.Server[] = [];
    beforeAll(async () => {
        identity = await selfSigned();
    });
    afterEach(() => {
        sockets.splice(0).forEach((socket) => socket.destroy());
        servers.splice(0).forEach((server) => server.close());
    });

    /** A registrar that asks for a password and checks what it is given (RFC 2617, section 3.2.2.1). */
    async function registrar(): Promise<number> {
        const server = tls.createServer(identity, (socket) => {
            sockets.push(socket);
            socket.on("data", (data: Buffer) => {
                const request = data.toString();
                const value = (name: string): string => new RegExp(`\\b${name}="?([^",\\r]+)`).exec(request)?.[1] ?? "";
                const ha2 = md5("REGISTER:sip:localhost");
                const right = md5(`${md5("1001:localhost:secret")}:n:${value("nc")}:${value("cnonce")}:auth:${ha2}`);
                const challenge = 'WWW-Authenticate: Digest realm="localhost", nonce="n", qop="auth"';
                const answer = !request.includes("Authorization:")
                    ? `401 Unauthorized\r\n${challenge}`
                    : `${value("response") === right ? "200 OK" : "403 Forbidden"}\r\nServer: x`;
                socket.write("SIP/2.0 100 Trying\r\n\r\n");
                socket.write(`SIP/2.0 ${answer}\r\nContent-Length: 0\r\n\r\n`);
            });
        });
        servers.push(server);
        await listening(server);
        return port(server);
    }

    const phone = (proxyPort: number, password: string) => ({
        ...{ user: "1001", password, domain: "localhost", address: "127.0.0.1", ca: identity.cert },
        proxy: { address: "127.0.0.1", port: proxyPort },
    });

    it("carries registrations, again and again over one connection", async () => {
        const registration = await TlsRegistration.open(phone(await registrar(), "secret"));
        await registration.register();
        expect(registration).toMatchObject({ serial: identity.serial, closed: false });
        expect(sockets).toHaveLength(1);
        sockets[0].destroy();
        await expect(registration.register()).rejects.toThrow("the connection was closed");
        expect(registration.closed).toBe(true);
    });

    it("reports a wrong password, and a certificate that is not the proxy's", async () => {
        await expect(TlsRegistration.open(phone(await registrar(), "wrong"))).rejects.toThrow(
            "expected 200, got SIP/2.0 403",
        );
        const stranger = { ...phone(await registrar(), "secret"), ca: (await selfSigned()).cert };
        await expect(TlsRegistration.open(stranger)).rejects.toThrow(/self.signed/);
    });

    it("shows the certificate of a listener", async () => {
        const listener = { name: "proxy", host: "127.0.0.1", port: await registrar() };
        const seen = await servedCertificate(listener);
        expect(seen).toMatchObject({ name: "proxy", serial: identity.serial });
        expect(Date.parse(seen.expiresAt)).toBeGreaterThan(Date.now());
    });

    it("shows PostgreSQL's, which is asked for first", async () => {
        const server = net.createServer((socket) => {
            sockets.push(socket);
            socket.once("data", (request) => {
                const isRequest = request.toString("hex") === "0000000804d2162f";
                socket.write(isRequest ? "S" : "E");
                if (isRequest) sockets.push(new tls.TLSSocket(socket, { isServer: true, ...identity }));
            });
        });
        servers.push(server);
        await listening(server);
        const listener = { name: "postgres", host: "127.0.0.1", port: port(server), protocol: "postgres" as const };
        expect(await servedCertificate(listener)).toMatchObject({ serial: identity.serial });
    });

    it("says why there is none", async () => {
        const seen = await servedCertificate({ name: "nobody", host: "127.0.0.1", port: 1 });
        expect(seen.error).toMatch(/^127\.0\.0\.1:1: connect ECONNREFUSED/);
    });
});
