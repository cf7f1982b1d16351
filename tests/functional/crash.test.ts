import { testKills } from "../stack/kills";

describe("an engine that is killed", () => testKills(Number(process.env.VOIP_TEST_KILLS ?? 1)));
