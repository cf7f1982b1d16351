import { chain } from "../../../process/chain";
import { CommandError } from "../../../process/run";

const sh = (script: string) => ({ argv: ["sh", "-c", script] });
const failure = (work: Promise<unknown>): Promise<CommandError> =>
    work.then(
        () => {
            throw new Error("it went well");
        },
        (error: CommandError) => error,
    );

describe("a chain of commands", () => {
    it("hands the input through all of them", async () => {
        expect(await chain([sh("cat"), sh("tr a-z A-Z"), sh("rev")], { input: "abc" })).toBe("CBA");
    });

    it("carries more than a pipe holds", async () => {
        const size = 3_000_000;
        const out = await chain([sh(`head -c ${size} /dev/zero`), sh("cat"), sh("wc -c")]);
        expect(Number(out)).toBe(size);
    });

    it("has no input unless it is given one", async () => {
        expect(await chain([sh("cat; echo end")])).toBe("end\n");
    });

    it.each([0, 1, 2])("fails with what command %i said", async (place) => {
        const links = [0, 1, 2].map((number) => sh(number === place ? "cat >/dev/null; echo no >&2; exit 3" : "cat"));
        const error = await failure(chain(links, { input: "x" }));
        expect(error).toBeInstanceOf(CommandError);
        expect(error.message).toBe("sh -c cat >/dev/null; echo no >&2; exit 3: exit status 3\nno");
    });

    it("fails with the reader that ended, not with the writer that lost it", async () => {
        const error = await failure(chain([sh("yes"), sh("head -c 10 >/dev/null; echo full >&2; exit 1")]));
        expect(error.message).toContain("exit status 1\nfull");
    });

    it("takes the statuses that are none of a failure", async () => {
        expect(await chain([{ ...sh("echo kept; exit 1"), okStatus: [0, 1] }, sh("cat")])).toBe("kept\n");
        await expect(chain([{ ...sh("exit 2"), okStatus: [0, 1] }, sh("cat")])).rejects.toThrow("exit status 2");
    });

    it("names a command that is not there", async () => {
        const error = await failure(chain([sh("echo x"), { argv: ["no-such-program"] }]));
        expect(error.message).toBe("no-such-program: command not found");
    });

    it("ends all commands when it is aborted", async () => {
        const abort = new AbortController();
        const running = failure(chain([sh("echo here; exec sleep 600"), sh("cat")], { signal: abort.signal }));
        abort.abort();
        expect((await running).message).toContain("interrupted");
    });
});
