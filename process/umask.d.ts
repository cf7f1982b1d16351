/** Octal: the umask that this process was started with, for the user's own commands. */
export declare const givenUmask: string;
