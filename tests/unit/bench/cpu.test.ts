import { busySeconds } from "../../../bench/cpu";

describe("busy time", () => {
    it("is all but idle time and waiting for disks, in seconds", () => {
        const before = "cpu  100 0 50 1000 30 5 5 0 77 0";
        const after = "cpu  150 10 60 9000 90 6 14 10 99 0";
        expect(busySeconds(`${before}\n${after}\n`)).toBeCloseTo((50 + 10 + 10 + 1 + 9 + 10) / 100, 6);
    });
});
