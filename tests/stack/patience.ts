// Time-outs end a test that hangs; what a test waits for has a deadline of its own, which names it.
jest.setTimeout(15 * 60_000);
