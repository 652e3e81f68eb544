/* Signals that end a run in order. */
#include "cli/cli.h"

volatile sig_atomic_t signal_stopped;

static void on_signal(int number)
{
	(void)number;
	signal_stopped = 1;
}

void signals_catch(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}
