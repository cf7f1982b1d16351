import { decryptFrom, encryptInto, makeAgeKey } from "../../../clients/age";
import * as processes from "../../../process/run";

jest.mock("../../../process/run");

const answer = (stdout: string) =>
    jest.mocked(processes.run).mockResolvedValue({ stdout, stderr: "Public key: age1other\n", status: 0 });

const key = { recipient: "age1abc", identity: "AGE-SECRET-KEY-1XYZ" };

test("a key pair is read from what age-keygen prints", async () => {
    answer(`# created: 2030-01-01T00:00:00Z\n# public key: ${key.recipient}\n${key.identity}\n`);
    expect(await makeAgeKey()).toEqual(key);
    expect(jest.mocked(processes.run).mock.calls).toEqual([[["age-keygen"]]]);
});

test.each([`# public key: age1abc\n`, `${key.identity}\n`, ""])("half a key pair is none: %j", async (printed) => {
    answer(printed);
    await expect(makeAgeKey()).rejects.toThrow("age-keygen printed no key pair");
});

test("the secret half is on no command line", () => {
    expect(encryptInto("/b/x.age", key).argv).toEqual([
        ...["age", "--encrypt", "--recipient", "age1abc", "--output", "/b/x.age"],
    ]);
    expect(decryptFrom("/b/x.age").argv).toEqual(["age", "--decrypt", "--identity", "-", "/b/x.age"]);
});
