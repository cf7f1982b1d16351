import { testRotation } from "../stack/rotation";

describe("./voip rotate with 20 calls up, new calls and registrations coming in", () =>
    testRotation({ calls: 20, newCallsPerSecond: 2, registrationsPerSecond: 5, tlsPhones: 10 }));
