export default async function globalTeardown(): Promise<void> {
    delete process.env.VOIP_TEST_RUN;
}
