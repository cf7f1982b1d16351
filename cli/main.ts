import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { Failure, report, type Result } from "./result";

/** Options of every command on a stack. */
interface Common {
    stack: string;
    json?: boolean;
}

const positive = (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1 is allowed.");
    return value;
};

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** A command on one stack; its code is loaded only when it runs. */
function onStack<Options extends Common>(
    program: Command,
    usage: string,
    description: string,
    work: (options: Options, operands: string[]) => Promise<Result>,
): Command {
    const command = program.command(usage).description(description);
    command.addOption(new Option("-s, --stack <name>", "the stack").default("dev").env("VOIP_STACK"));
    command.option("--json", "print exactly one JSON object on standard output");
    return command.action(() => {
        const options = command.opts<Options>();
        return report(options.json === true, () => work(options, command.args));
    });
}

function operations(program: Command): void {
    const descriptions = {
        up: "build the platform, or bring it to what the configuration says",
        preview: "show what up would do; touches nothing",
        refresh: "look at what is really there, and tell what has drifted",
        destroy: "remove the platform and its lab; built images stay in the cache",
    };
    for (const operation of ["up", "preview", "refresh", "destroy"] as const) {
        const command = onStack<Common & import("./commands/operate").OperateOptions>(
            program,
            operation,
            descriptions[operation],
            async (options) => (await import("./commands/operate")).operate(operation, options),
        );
        command.addOption(
            new Option("--engine <engine>", "what runs the program")
                .choices(["auto", "pulumi", "embedded"])
                .default("auto"),
        );
        command.option("--target <urn>", "only this resource and what it needs; may be repeated", collect);
        command.option("--parallel <n>", "resources worked on at once", positive);
        command.option("-y, --yes", "go ahead without asking");
        if (operation === "destroy") {
            command.option("--confirm <stack>", "the stack's name once more, where resources are protected");
        }
    }
}

function power(program: Command): void {
    onStack(
        program,
        "stop",
        "shut down VMs, core services and lab, as before a power-off; up starts them",
        async (options) => (await import("./commands/stop")).stop(options.stack),
    );
    const install = onStack<Common & import("./commands/boot").InstallOptions>(
        program,
        "install-service",
        "a systemd service of this machine that brings the stack up at each boot",
        async (options) => (await import("./commands/boot")).installService(options),
    );
    install.option("--passphrase-file <file>", "file, for root only, with the passphrase of the stack's secrets");
    install.option("--print", "only print the unit; changes nothing");
    onStack(program, "uninstall-service", "remove that service; the platform keeps running", async (options) =>
        (await import("./commands/boot")).uninstallService(options.stack),
    );
}

function inspection(program: Command): void {
    onStack<Common & { showSecrets?: boolean }>(
        program,
        "outputs",
        "addresses, ports, versions and accounts of the platform",
        async (options) => (await import("./commands/outputs")).outputs(options),
    ).option("--show-secrets", "secrets in plain instead of [secret]");
    onStack(
        program,
        "status",
        "VMs, services, kernel forwarding, registrations, certificates, secret ages",
        async (options) => (await import("./commands/status")).status(options.stack),
    );
    onStack(program, "doctor", "what this machine has, lacks, and how to get it", async () =>
        (await import("./commands/doctor")).doctor(),
    );
}

function updates(program: Command): void {
    onStack(
        program,
        "images [action] [kind]",
        "list the images of the platform (the default), tell which of their packages are outdated, or print one's sbom",
        async (options, operands) => (await import("./commands/images")).images(options.stack, operands),
    );
}

function secrets(program: Command): void {
    const rotate = onStack<Common & import("./commands/rotate").RotateOptions>(
        program,
        "rotate",
        "new passwords, certificates and identities on the running platform; the old ones stop working",
        async (options) => (await import("./commands/rotate")).rotate(options),
    );
    rotate.addOption(
        new Option(
            "--only <kind>",
            "passwords in databases, certificates, identities of hosts, or passwords in Vault's key-value engine",
        ).choices(["db", "certs", "approle", "kv"]),
    );
    rotate.option("--vm <name>", "only what this VM uses");
    onStack(
        program,
        "extension <action> [number]",
        "add, remove or list extensions of the running platform",
        async (options, operands) => (await import("./commands/extension")).extension(options, operands),
    );
}

function defence(program: Command): void {
    onStack(
        program,
        "bans <action> [address]",
        "list the addresses that are banned, or remove a ban",
        async (options, operands) => (await import("./commands/bans")).bans(options, operands),
    );
}

function backups(program: Command): void {
    const passphrase = ["--passphrase-file <file>", "the backup's passphrase, if it is not the stack's"] as const;
    onStack<Common & import("./commands/backup").BackupOptions>(
        program,
        "backup",
        "copy databases, secrets, state, keys and voicemail to a directory, encrypted",
        async (options) => (await import("./commands/backup")).backup(options),
    )
        .requiredOption("--to <dir>", "a new directory for it")
        .option(...passphrase);
    onStack<Common & import("./commands/restore").RestoreOptions>(
        program,
        "restore",
        "make the platform anew from a backup, where there is none of that name",
        async (options) => (await import("./commands/restore")).restore(options),
    )
        .requiredOption("--from <dir>", "the directory with the backup")
        .option(...passphrase)
        .option("--keep-config", "go on with the checkout's configuration of the stack where it is another one");
}

function use(program: Command): void {
    const call = onStack<Common & import("./commands/call").CallOptions>(
        program,
        "call",
        "a real test call between two phones; prints setup time, RTP, loss and MOS",
        async (options) => (await import("./commands/call")).call(options),
    );
    call.option("--from <extension>", "who calls", "1001");
    call.option("--to <number>", "who is called: an extension, or a service such as *43", "1002");
    call.option("--seconds <n>", "how long both talk", positive, 5);
    call.option("--record <dir>", "keep what each phone heard, as a WAV file");
    call.addOption(
        new Option("--transport <transport>", "SIP transport of the phones; tls comes with SRTP").choices([
            "udp",
            "tcp",
            "tls",
        ]),
    );

    program
        .command("shell [command...]")
        .description("a shell, or one command, inside the lab's network")
        .addOption(new Option("-s, --stack <name>", "the stack").default("dev").env("VOIP_STACK"))
        .passThroughOptions()
        .action(async (command: string[], { stack }: { stack: string }) => {
            await report(false, async () => (await import("./commands/shell")).shell(stack, command));
        });
    program
        .command("test [suite...]")
        .description(
            "run the tests: unit, conformance, integration, functional, security (by default all of these), soak",
        )
        .allowUnknownOption()
        .action(async (words: string[]) => {
            await report(false, async () => (await import("./commands/test")).test(words));
        });
    const bench = onStack<Common & import("./commands/bench").BenchOptions>(
        program,
        "bench [name...]",
        "benchmarks: up, engine, media; all of them by default",
        async (options, names) => (await import("./commands/bench")).bench(options, names),
    );
    bench.option("--calls <n>", "media: concurrent calls", positive);
    bench.option("--no-cold", "up: leave out the run that builds every image");
}

async function main(argv: string[]): Promise<void> {
    const program = new Command("voip")
        .description("A complete VoIP platform with one command")
        .enablePositionalOptions()
        .exitOverride()
        .configureOutput({ outputError: () => undefined });
    operations(program);
    power(program);
    inspection(program);
    updates(program);
    secrets(program);
    defence(program);
    backups(program);
    use(program);
    try {
        await program.parseAsync(argv, { from: "user" });
    } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        if (error.exitCode === 0) return; // --help
        const message = error.code === "commander.help" ? "no command was given; see the list above" : error.message;
        await report(argv.includes("--json"), () => {
            throw new Failure(message.replace(/^error: /, ""), { status: 2 });
        });
    }
}

void main(process.argv.slice(2));
