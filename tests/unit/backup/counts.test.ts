import { compareCounts, messagesIn, rowCounts } from "../../../cli/backup/counts";

test("rows that come or go during a copy give a range", () => {
    expect(rowCounts({ accounts: 3, records: 10 }, { accounts: 2, records: 12 })).toEqual([
        { name: "accounts", least: 2, most: 3 },
        { name: "records", least: 10, most: 12 },
    ]);
});

test("a message is counted once, whatever its recordings", () => {
    const box = "asterisk/voicemail/default/1002";
    const paths = [
        "asterisk/",
        `${box}/`,
        `${box}/INBOX/msg0000.txt`,
        `${box}/INBOX/msg0000.wav`,
        `${box}/Old/msg0001.txt`,
        `${box}/tmp/Xy12ab.txt`,
        `${box}/INBOX/msg00000.txt`,
        "asterisk/outgoing/msg0000.txt",
    ];
    expect(messagesIn(paths)).toBe(2);
});

describe("what is there after a restore", () => {
    const counts = [
        { name: "accounts", least: 2, most: 2 },
        { name: "records", least: 10, most: 12 },
    ];
    const sameOf = (restored: Record<string, number>) => compareCounts(counts, restored).rows.map(({ same }) => same);

    it("is the same as in the backup, or within what changed meanwhile", () => {
        expect(sameOf({ accounts: 2, records: 10 })).toEqual([true, true]);
        expect(sameOf({ accounts: 2, records: 12 })).toEqual([true, true]);
    });

    it("differs when there is less or more, or nothing known", () => {
        expect(sameOf({ accounts: 1, records: 9 })).toEqual([false, false]);
        expect(sameOf({ accounts: 3, records: 13 })).toEqual([false, false]);
        expect(sameOf({ accounts: 2 })).toEqual([true, false]);
    });

    it("is shown beside it", () => {
        const { rows, text } = compareCounts(counts, { accounts: 1 });
        expect(rows).toEqual([
            { name: "accounts", backup: "2", restored: 1, same: false },
            { name: "records", backup: "10 to 12", restored: null, same: false },
        ]);
        expect(text.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
            ["WHAT", "BACKUP", "RESTORED"],
            ["accounts", "2", "1", "differs"],
            ["records", "10 to 12", "not found", "differs"],
        ]);
    });
});
