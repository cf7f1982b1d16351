import * as tls from "node:tls";

/**
 * Checks the certificate of a SIP server as a phone should: baresip 1.0 accepts any, regardless of its CA.
 * @param ca CA certificates (PEM); the server's certificate must contain its address (RFC 5922, section 7.2)
 * @throws Error that names the fault of the certificate, or that there is no answer within 10 s
 */
export async function checkCertificate(address: string, port: number, ca: string): Promise<void> {
    const socket = tls.connect({ host: address, port, ca, timeout: 10_000 });
    const problem = await new Promise<Error | undefined>((resolve) => {
        socket.on("secureConnect", () => resolve(undefined));
        socket.on("timeout", () => resolve(new Error("no answer in 10 s")));
        socket.on("error", resolve);
        socket.on("close", () => resolve(new Error("it closed the connection")));
    });
    socket.destroy();
    if (problem) throw new Error(`the proxy's certificate at ${address}:${port} is refused: ${problem.message}`);
}
