import { limitsFile } from "../../../services/kamailio/limits";
import { scriptLine } from "../../../services/kamailio/scripts";
import { kamailio, kamailioWithLimits } from "../configs/views";

const { content } = limitsFile(kamailioWithLimits.edge, kamailioWithLimits.valkeySocket);
const alone = limitsFile(kamailio.edge, undefined).content;

const route = (name: string, text = content): string =>
    new RegExp(`^route\\[${name}\\] \\{\\n([^]*?)^\\}`, "m").exec(text)?.[1] ?? "";

describe("Kamailio's limits", () => {
    it("are those of all accounts, then those of single ones", () => {
        const text = route("LIMITS_OF_ACCOUNT");
        expect(text).toMatch(/^ {4}\$var\(per_day\) = "360000 20";$/m);
        expect(text).toMatch(/^ {4}\$var\(per_call\) = 14400;$/m);
        const own = /if \(\$au == "1004"\) \{([^]*?)\n {4}\}/.exec(text)?.[1];
        expect(own).toMatch(/at_once\) = 1;[^]*per_minute\) = 60;[^]*per_call\) = 14400;[^]*per_day\) = "60 0.5";/);
    });

    it("compare what is dialled with each prefix at its length", () => {
        expect(route("FORBIDDEN")).toContain('if ($(rU{s.substr,0,2}) == "00") $var(forbidden) = 1;');
        expect(route("FORBIDDEN")).toContain('if ($(rU{s.substr,0,2}) == "*1") $var(forbidden) = 1;');
    });

    it("cost by the second, the longest prefix first", () => {
        const rates = [...route("RATE").matchAll(/0,(\d+)\}\) == "([^"]+)"\) \{\s+\$var\(rate\) = "([^"]+)"/g)];
        expect(rates.map(([, length, prefix, cost]) => [length, prefix, cost])).toEqual([
            ["3", "+49", "0.000500000"],
            ["1", "+", "0.025000000"],
        ]);
    });

    it("ban nobody of a network that is allowed, and others for their time", () => {
        expect(route("BAN_ADDRESS")).toContain('if (is_in_subnet("$si", "192.0.2.0/24,198.51.100.7/32")) return;');
        expect(content).toContain('"banned=>size=10;autoexpire=600;"');
        expect(alone).not.toContain("is_in_subnet");
    });

    it("are counted in Valkey where there is one", () => {
        expect(route("BEGIN_FOR_ALL")).toContain("EVAL %s 3 calls:$au used:$au begun:$au");
        expect(alone).not.toMatch(/redis|EVAL/);
        expect(route("BEGIN_CALL", alone)).toContain("$var(begun) > $var(per_minute)");
    });
});

it("is told nothing in a command that its sender may choose", () => {
    const commands = [...content.matchAll(/redis_cmd\("valkey", "([^"]*)"/g)].map(([, command]) => command);
    expect(commands).toHaveLength(6);
    const values = new Set(commands.flatMap((command) => command.match(/\$[\w()]+/g) ?? []));
    // addresses, numbers and digests; $au has been authenticated, and $var(account) is compared with a pattern before
    const own = ["at_once", "per_minute", "per_call", "per_day", "rate", "id", "reason", "answered", "account"];
    expect([...values].sort()).toEqual(["$si", "$au", ...own.map((name) => `$var(${name})`)].sort());
    expect(route("END_CALL").indexOf('!($var(account) =~ "^[0-9]{1,32}$")')).toBeLessThan(
        route("END_CALL").indexOf("redis_cmd"),
    );
});

describe("a script", () => {
    it("is one line, without comments", () => {
        expect(scriptLine("count")).toMatch(/^local all = \{\} for n, key .* return all$/);
    });

    it("is one that a string of the configuration can hold", () => {
        for (const name of ["count", "ban", "bans", "begin", "answer", "end"])
            expect(content).toContain(`$var(script) = "${scriptLine(name)}";`);
    });
});
