import { lives, testRecovery } from "../stack/recovery";

describe(`with passwords for ${lives.database} s and certificates for ${lives.certificate} s`, () =>
    testRecovery({ replacements: 1, everyLoss: false }));
