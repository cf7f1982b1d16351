import * as path from "node:path";
import ts from "typescript";

/** The types of a directory with a tsconfig.json, checked as `tsc --noEmit` does: all files once, then what a change touches. */
export class Compiler {
    private readonly texts = new Map<string, string>();
    private readonly files = new Map<string, ts.SourceFile>();
    private readonly host: ts.CompilerHost;
    private readonly options: ts.CompilerOptions;
    private readonly roots: string[];
    private sound: ts.SemanticDiagnosticsBuilderProgram;

    /** @throws Error with the first complaint when the sources don't compile as they are */
    constructor(private readonly dir: string) {
        const { config } = ts.readConfigFile(path.join(dir, "tsconfig.json"), (name) => ts.sys.readFile(name)) as {
            config: unknown;
        };
        const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, dir);
        this.options = options;
        this.roots = fileNames;
        this.host = ts.createIncrementalCompilerHost(options);
        const read = this.host.getSourceFile.bind(this.host);
        this.host.getSourceFile = (name, ...rest) => {
            const text = this.texts.get(name);
            if (text !== undefined) return this.parse(name, text);
            const known = this.files.get(name) ?? read(name, ...rest);
            if (known) this.files.set(name, known);
            return known;
        };
        this.sound = this.program();
        const complaint = this.complaint(this.sound);
        if (complaint) throw new Error(`the sources don't compile without any change: ${complaint}`);
    }

    /** What the compiler says of the sources with this text in place of a file's; undefined: it takes it. */
    refuses(file: string, text: string): string | undefined {
        this.texts.set(path.join(this.dir, file), text);
        try {
            return this.complaint(this.program(this.sound));
        } finally {
            this.texts.clear();
        }
    }

    private parse(name: string, text: string): ts.SourceFile {
        const file = ts.createSourceFile(name, text, this.options.target ?? ts.ScriptTarget.ES2022, true);
        return Object.assign(file, { version: text });
    }

    private program(before?: ts.SemanticDiagnosticsBuilderProgram): ts.SemanticDiagnosticsBuilderProgram {
        return ts.createSemanticDiagnosticsBuilderProgram(this.roots, this.options, this.host, before);
    }

    /** The first complaint about a file that differs from the program before, or that uses what differs. */
    private complaint(program: ts.SemanticDiagnosticsBuilderProgram): string | undefined {
        for (;;) {
            const next = program.getSemanticDiagnosticsOfNextAffectedFile();
            if (!next) return undefined;
            const [first] = next.result;
            if (first) return ts.flattenDiagnosticMessageText(first.messageText, " ");
        }
    }
}
