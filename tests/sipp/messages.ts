/** How many responses with status 200 a phone received, in the text of sipp's message_file. */
export const accepted = (messages: string): number =>
    [...messages.matchAll(/message received \[\d+\] bytes :\s+SIP\/2\.0 200 /g)].length;

/** The messages in the text of sipp's message_file: each has a line of dashes and the time before it. */
export const splitMessages = (messages: string): string[] => messages.split(/^(?=-{40,} )/m);

/**
 * @param messages text of sipp's message_file
 * @returns all messages of the first call whose last message is no 2xx response, if there is one
 */
export function unfinishedCall(messages: string): string | undefined {
    const calls = new Map<string, string[]>();
    for (const message of splitMessages(messages)) {
        const callId = /^Call-ID: (\S+)/im.exec(message)?.[1];
        if (callId) calls.set(callId, [...(calls.get(callId) ?? []), message]);
    }
    const isSuccess = (message: string): boolean => /bytes :\s+SIP\/2\.0 2\d\d /.test(message);
    return [...calls.values()].find((call) => !isSuccess(call[call.length - 1]))?.join("");
}

/**
 * @param errors text of sipp's error_file
 * @returns what it tells, without the messages that came again after their call had ended well
 */
export const realErrors = (errors: string): string =>
    errors
        .split(/^(?='?\d{4}-\d\d-\d\d\s)/m)
        .filter((entry) => !/: Dead call \S+ \(successful\),/.test(entry))
        .join("")
        .trim();
