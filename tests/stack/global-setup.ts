export default async function globalSetup(): Promise<void> {
    process.env.VOIP_TEST_RUN ??= "";
}
