output "settings" {
  description = "Settings of the tokenizer, as its environment."
  value = {
    LUNASEC_PUBLIC_URL                = var.public_url
    LUNASEC_S3_BUCKET                 = aws_s3_bucket.objects.bucket
    LUNASEC_S3_REGION                 = data.aws_region.current.region
    LUNASEC_S3_SERVER_SIDE_ENCRYPTION = "aws:kms"
    LUNASEC_S3_KMS_KEY_ID             = aws_kms_key.objects.arn
  }
}

output "key_settings" {
  description = "Further settings, to wrap data keys by AWS KMS rather than by a key file. Choose before anything is stored."
  value = {
    LUNASEC_KMS_KEY_IDS = jsonencode([aws_kms_key.data_keys.arn])
    LUNASEC_KMS_REGION  = data.aws_region.current.region
  }
}

output "role_arn" {
  description = "The tokenizer's role, for the annotation eks.amazonaws.com/role-arn of its service account, or its task or instance."
  value       = aws_iam_role.tokenizer.arn
}
