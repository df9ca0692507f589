set(OTOROSHI_WARNINGS -Wall -Wextra -Wpedantic -Werror)
