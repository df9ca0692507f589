#include "common/model/stored_certificate_json.h"

namespace otoroshi {

const EntityDescription<StoredCertificate>& stored_certificate_description() {
  using namespace kinds;
  using C = StoredCertificate;
  const auto time = integer<std::int64_t>();  // certificates from before 1970 exist
  static const auto table =
      EntityDescription<C>("A certificate that TLS is ended by, or an authority that signs clients' ones.",
                           &C::unknown_fields)
          .field("id", &C::id, line(), "Unique identifier.")
          .field("name", &C::name, line(), "Display name.")
          .field("description", &C::description, text(), "What it is for.")
          .field("domain", &C::domain, line(),
                 "Its common name, or the first of its names; follows from the chain.")
          .field("chain", &C::chain, filled_text(), "PEM: the certificate first, then who has signed it.",
                 Presence::required)
          .field("privateKey", &C::private_key, text(),
                 "PEM. Shown only where it is asked for; a change without it leaves it as it is.")
          .field("password", &C::password, text_or_null(), "Of an encrypted private key.")
          .field("caRef", &C::authority, text_or_null(), "The id of the certificate that has signed it.")
          .field("ca", &C::ca, boolean(),
                 "An authority: trusted for the certificates of clients, never shown to them.")
          .field("client", &C::client, boolean(), "A certificate of a client: not shown by listeners.")
          .field("keypair", &C::keypair, boolean(), "Keys for signing tokens: not shown by listeners.")
          .field("exposed", &C::exposed, boolean(), "Kept for Otoroshi; no effect here.")
          .field("revoked", &C::revoked, boolean(), "Whether it must not be used any more.")
          .field("autoRenew", &C::auto_renew, boolean(), "Kept for Otoroshi; no effect here.")
          .field("letsEncrypt", &C::lets_encrypt, boolean(), "Kept for Otoroshi; no effect here.")
          .field("subject", &C::subject, text(), "Follows from the chain.")
          .field("sans", &C::sans, list_of(text()), "The names that it is shown for; follow from the chain.")
          .field("certType", &C::type, text(), "Follows from the other fields.")
          .field("from", &C::from, time, "When it begins to count, in milliseconds since 1970.")
          .field("to", &C::to, time, "When it ends, in milliseconds since 1970.")
          .field("selfSigned", &C::self_signed, boolean(), "Follows from the chain.")
          .field("valid", &C::valid, boolean(), "Follows from the chain.")
          .field("tags", &C::tags, list_of(text()), "Tags.")
          .field("metadata", &C::metadata, map_of(text()), "Texts by key, for their owner's use.");
  return table;
}

std::expected<StoredCertificate, Problems> parse_stored_certificate(std::string_view json) {
  return parse_entity(stored_certificate_description(), json);
}

std::string to_json(const StoredCertificate& certificate) {
  return entity_to_json(stored_certificate_description(), certificate);
}

}  // namespace otoroshi
