import * as fs from "node:fs";
import * as path from "node:path";
import type { Definitions, KernelModule } from "../../../services/image";
import { projectDir } from "../../../paths";

/** An image that takes seconds: the real base, and a layer whose "kernel" and "initrd" are texts. */
export function tinyDefinitions(dir: string, hook: string, module?: KernelModule): Definitions {
    const script = path.join(dir, "hook.sh");
    fs.writeFileSync(script, `${hook}\n${bootFiles}`);
    const files = path.join(dir, "files");
    fs.mkdirSync(path.join(files, "usr", "lib", "tiny"), { recursive: true });
    fs.writeFileSync(path.join(files, "usr", "lib", "tiny", "program"), "#!/bin/sh\n", { mode: 0o777 });
    fs.writeFileSync(path.join(files, "usr", "lib", "tiny", "text"), "text\n");
    return {
        layers: [
            { name: "base", packages: ["ca-certificates"] },
            {
                name: "tiny",
                on: "base",
                packages: ["zstd"],
                files: path.relative(projectDir, files),
                hook: path.relative(projectDir, script),
            },
        ],
        containers: {},
        images: { tiny: { layer: "tiny", docker: false, versions: { zstd: "zstd" }, module } },
    };
}

export const kernelText = "not really a kernel\n";

/** A boot loader's header with a zstd payload (Documentation/arch/x86/boot.rst): one sector of set-up code. */
const bootFiles = `
at() { # OFFSET BYTE
    printf "\\\\x$(printf %x "$2")" | dd of=/boot/vmlinuz-1 bs=1 seek="$1" conv=notrunc status=none
}
printf '${kernelText.trim()}\\n' | zstd -q >/boot/payload
{ head -c 1024 /dev/zero; cat /boot/payload; printf size; } >/boot/vmlinuz-1
at 497 1
at 584 0
at 588 $(($(stat -c %s /boot/payload) + 4))
echo initrd >/boot/initrd.img
`;
