import { environment } from "./environment";

// for this test file and all that it starts; jest gives each file its own copy
Object.assign(process.env, environment);
delete process.env.PULUMI_CONFIG_PASSPHRASE;
delete process.env.PULUMI_CONFIG_PASSPHRASE_FILE;
