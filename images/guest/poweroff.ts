/**
 * Powers a guest of ours off, typed by its operator. It is what `systemctl poweroff` finally does, without asking logind first: a
 * guest without logind would wait two minutes.
 */
export const poweroff = "sudo systemctl start --no-block --job-mode=replace-irreversibly poweroff.target";
