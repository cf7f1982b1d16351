/** Octal: the umask that this process was started with, for a person's own commands. */
export declare const givenUmask: string;
