// What is wrong with a stored certificate whose JSON was read without a problem, what follows from its chain,
// and how its secrets are kept. No sentence holds a byte of a key or a password.
#pragma once

#include <ctime>

#include "common/base/result.h"
#include "common/model/stored_certificate.h"

namespace otoroshi {

// Whether listeners show it to clients.
bool is_for_listeners(const StoredCertificate& certificate);

// Every reason to refuse it; paths are those of its JSON.
Problems check(const StoredCertificate& certificate);
// Likewise, but how strong it has to be is not asked: that depends on the machine, and may have changed since
// it was stored.
Problems check_stored(const StoredCertificate& certificate);

// What is accepted and deserves a look. `now`: in seconds since 1970.
Problems warnings(const StoredCertificate& certificate, std::time_t now);

// Fills in what follows from the chain. `ca` stays what its owner says: `openssl req -x509` calls every
// certificate an authority, and who signs clients' certificates is not for a file to decide. A chain that
// cannot be read changes nothing but `valid`; whether the key belongs to it, check() tells.
void complete(StoredCertificate& certificate);

// Takes out the private key and its password.
void hide_secrets(StoredCertificate& certificate);

// `incoming` shall replace `stored`: if it comes without the private key, it gets the stored one, provided
// that this belongs to its leaf; and with the same key also the password.
void keep_secrets(StoredCertificate& incoming, const StoredCertificate& stored);

}  // namespace otoroshi
